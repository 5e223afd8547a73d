"""StatisticsGen: descriptive statistics of examples, per split."""
