"""The figures that dstate is held to; `make bench` prints them."""
