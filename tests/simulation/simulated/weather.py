"""How bad it gets: each seed draws which faults there are and how often, so that some seeds are odd in one way only."""

from typing import NamedTuple


class Weather(NamedTuple):
    """Shares of chances, and a few counts.

    `batch` is the most records a batch has, `warm` how far half of the orders are when the faults begin. `later` keeps
    what was decided from its commit, `torn` kills between a commit and its store. Clocks of doors are up to `skew`
    seconds wrong. `projected` judges the read model.
    """

    orders: int = 8
    partitions: int = 2
    batch: int = 8
    scarce: bool = False
    warm: int = 0
    later: float = 0.0
    torn: float = 0.0
    kill: float = 0.0
    zombie: float = 0.0
    move: float = 0.0
    wipe: float = 0.0
    trouble: float = 0.0
    twice: float = 0.0
    forget: float = 0.0
    noise: float = 0.0
    poison: float = 0.0
    news: float = 0.0
    skew: float = 0.0
    projected: bool = False
    jump: float = 0.0


def draw(chance):
    """The weather of a seed."""

    def share(most):
        return chance.choice((0.0, most / 5, most))

    return Weather(
        orders=chance.choice((2, 4, 6, 8, 10)),
        partitions=chance.choice((1, 2, 3)),
        batch=chance.choice((1, 4, 12, 40)),
        scarce=chance.random() < 0.5,
        warm=chance.choice((0, 0, 4, 8, 16, 30)),
        later=share(0.5),
        torn=share(0.3),
        kill=share(0.06),
        zombie=share(0.06),
        move=share(0.06),
        wipe=chance.choice((0.0, 0.5, 1.0)),
        trouble=share(0.6),
        twice=share(0.3),
        forget=share(0.05),
        noise=share(0.05),
        jump=share(0.1),
        poison=chance.choice((0.0, 0.0, 0.005, 0.03)),
        news=share(0.02),
        skew=chance.choice((0.0, 0.0, 2.0, 3 * 3600.0)),
        projected=chance.random() < 0.2,
    )
