"""`ocppsim csms`: the embedded central system alone."""

import argparse


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    pass
