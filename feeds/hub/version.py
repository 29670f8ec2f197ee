"""The version of the product, as installed."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("vaken")
except PackageNotFoundError:  # a source tree that is not installed
    VERSION = "0+source"
