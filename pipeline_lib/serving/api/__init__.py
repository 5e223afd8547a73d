"""What a request means, whichever way it came: names checked, model called, answer made."""
