"""Transform: features prepared by the user's code, the same in training and in serving."""
