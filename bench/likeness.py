"""`python -m bench.likeness`: how often what says the same is recognised, on pairs that people have labelled."""

import sys

from tests.rules.test_likeness import MAIN, UNSEEN, asked_share, needless_share, rarities, shown_share, twins


def main() -> None:
    """Print the figures."""
    rarity = rarities()
    for name, labelled in (("tuned on", MAIN), ("never tuned on", UNSEEN)):
        count = len(list(twins(labelled))) // 2
        sys.stdout.write(f"{name}: {count} pairs, among the three shown {shown_share(labelled, rarity):.2f}\n")
    sys.stdout.write(f"asked, of those who repeat: {asked_share(rarity):.2f}\n")
    sys.stdout.write(f"asked needlessly, of those who say something new: {needless_share(rarity):.2f}\n")


if __name__ == "__main__":
    main()
