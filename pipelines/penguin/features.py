"""The columns of the Palmer penguins that the model knows, shared by the user modules."""

NUMERIC = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
CATEGORICAL = ("island", "sex")
LABEL = "species"
SPECIES = ("Adelie", "Chinstrap", "Gentoo")
"""What the label indices 0, 1 and 2 stand for."""


def transformed(name: str) -> str:
    """Name of a feature after the transformation, such as `island_xf` of `island`."""
    return f"{name}_xf"
