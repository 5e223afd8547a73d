"""The metadata store: what it must offer, and its ML Metadata back end."""
