"""ImportSchemaGen: a schema that people wrote."""
