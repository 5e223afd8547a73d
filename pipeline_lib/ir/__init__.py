"""The intermediate representation: dataclasses, expressions, and their protobuf form."""
