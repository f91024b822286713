"""What stands behind the tasks: roots, builds, packages, the lab. tasks.py only composes it."""
