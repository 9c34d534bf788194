"""`python tests/simulation --seed S --steps N`: play one seed again, or `--seeds` of them from it on."""

import logging
import sys

import click
from simulated.trial import run

STEPS = 300


@click.command()
@click.option("--seed", default=0, show_default=True, help="The first seed.")
@click.option("--seeds", default=1, show_default=True, help="How many, one after the other.")
@click.option("--steps", default=STEPS, show_default=True, help="Steps of each, before everything is drained.")
@click.option("--trace", is_flag=True, help="Print the last steps of seeds without faults, too.")
def command(*, seed, seeds, steps, trace):
    """Simulate the deployment; the same seed, steps and commit do the same. Exit code 1 where something is wrong."""
    logging.disable(logging.CRITICAL)
    broken = records = 0
    for number in range(seed, seed + seeds):
        found = run(number, steps)
        records += found.records
        broken += bool(found.faults)
        if found.faults or trace:
            click.echo(f"seed {number}:\n{found}")
    digest = f", digest {found.digest}" if seeds == 1 else ""
    click.echo(f"{seeds} seeds from {seed} on, {steps} steps each: {broken} with faults, {records:,} records{digest}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    command()
