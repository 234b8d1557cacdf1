"""The network profile: the shipped one, or the operator's own file."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from bot.rules.problems import BadInput
from bot.rules.profile import Network

SHIPPED = Path(__file__).parent / "seed" / "wps" / "network.yaml"


def load_network(path: Path | None = None) -> Network:
    """Return the profile in `path`, or the shipped one; BadInput says what is wrong with the file."""
    chosen = path or SHIPPED
    try:
        return Network.model_validate(yaml.safe_load(chosen.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(
            "The network profile {file} cannot be read.", "Check FOCAL_NETWORK.", file=chosen.name
        ) from error
    except (yaml.YAMLError, ValidationError) as error:
        places = (
            "; ".join(".".join(map(str, e["loc"])) for e in error.errors())
            if isinstance(error, ValidationError)
            else "not YAML"
        )
        raise BadInput(
            "The network profile {file} is not valid: {places}.",
            "Correct these places.",
            file=chosen.name,
            places=places,
        ) from error
