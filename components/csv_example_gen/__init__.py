"""CsvExampleGen: CSV files become `tf.train.Example` records in splits."""
