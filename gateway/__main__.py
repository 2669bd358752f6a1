"""The process of the public site: `python -m gateway web`. It keeps no data, so it has no worker."""

from libs.chassis.process import start

if __name__ == "__main__":
    start("gateway.service")
