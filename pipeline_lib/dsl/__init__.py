"""What an author writes: components, channels, conditions, importers, resolvers, pipelines."""
