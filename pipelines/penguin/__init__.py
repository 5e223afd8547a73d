"""Raw Palmer penguins in, a served model that tells their species out."""
