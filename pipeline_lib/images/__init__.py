"""Container images of an author's project: this library, what the project needs, its modules.

`build.build_image` tells the story: `project` finds the files, `requirements` the packages,
`dockerfile` and `context` make a folder of them, and `engine` has Docker or Podman build it.
"""
