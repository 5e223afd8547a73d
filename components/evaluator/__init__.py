"""Measures a model with TensorFlow Model Analysis and decides whether it is good enough to push."""
