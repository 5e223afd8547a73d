"""Containers on this machine, by Docker's API or Podman's: found, run to their end, removed."""
