"""SchemaGen: a schema inferred from statistics."""
