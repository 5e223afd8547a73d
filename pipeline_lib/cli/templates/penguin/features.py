"""The columns of the data, and the classes of its label."""

NUMERIC = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
LABEL = "species"
SPECIES = ("Adelie", "Chinstrap", "Gentoo")
