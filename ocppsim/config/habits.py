"""Who comes to the stations of a template."""

from collections.abc import Sequence

from ocppsim.config.template import StationTemplate
from ocppsim.model.habits import Distribution, Habits, Visitor


def habits(template: StationTemplate, tags: Sequence[str], visitors: Sequence[Visitor]) -> Habits | None:
    """None where nobody comes."""
    generator = template.automatic_transaction_generator
    if generator is None or not generator.enable:
        return None
    return Habits(
        least_delay_s=generator.min_delay_between_two_transactions,
        most_delay_s=generator.max_delay_between_two_transactions,
        least_stay_s=generator.min_duration,
        most_stay_s=generator.max_duration,
        probability=generator.probability_of_start,
        stop_after_s=generator.stop_after_hours * 3600,
        tags=tuple(tags),
        distribution=Distribution(generator.id_tag_distribution),
        visitors=tuple(visitors),
        linger_s=template.post_transaction_delay,
        ask_first=generator.require_authorize,
        online_only=generator.stop_on_connection_failure,
        counts_on=generator.stop_absolute_duration,
    )
