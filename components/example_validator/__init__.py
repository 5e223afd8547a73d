"""ExampleValidator: anomalies of examples against a schema."""
