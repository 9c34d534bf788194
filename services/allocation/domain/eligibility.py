"""Which sites a rule lets serve an order, and why not the others."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.policies import Rule, SiteTerms, SourcingPolicy
from services.allocation.domain.plans import Option
from services.allocation.domain.sourcing import Free, NearSite

METERS_A_KILOMETER = 1000
_DEFAULT = SiteTerms()


class Sites(NamedTuple):
    """Those that may serve, and the reason by site for those that may not."""

    options: Mapping[str, Option]
    excluded: Mapping[str, str]


def sites_for(
    policy: SourcingPolicy, rule: Rule, nears: Iterable[NearSite], *, free: Free, loads: Mapping[str, int]
) -> Sites:
    """All sites, by what the rule and their terms say; `free` is by sku and site, `loads` are shipments of the day."""
    options: dict[str, Option] = {}
    excluded: dict[str, str] = {}
    for near in nears:
        terms, load = policy.sites.get(near.site, _DEFAULT), loads.get(near.site, 0)
        if reason := _reason(rule, near, terms, load):
            excluded[near.site] = reason
        else:
            kept = terms.safety_stock if rule.safety_stock is None else rule.safety_stock
            units = {sku: max(0, by_site.get(near.site, 0) - kept) for sku, by_site in free.items()}
            options[near.site] = Option(near, terms, units, load)
    return Sites(options, excluded)


def _reason(rule: Rule, near: NearSite, terms: SiteTerms, load: int) -> str:
    farthest = rule.max_distance_km
    if near.site in rule.exclude_sites:
        return f"rule {rule.name} excludes it"
    if rule.site_types and terms.type not in rule.site_types:
        return f"it is a {terms.type}, rule {rule.name} asks for {' or '.join(rule.site_types)}"
    if farthest is not None and near.meters > farthest * METERS_A_KILOMETER:
        return f"it is more than {farthest} km away"
    if terms.capacity_a_day is not None and load >= terms.capacity_a_day:
        return f"its {terms.capacity_a_day} shipments of the day are taken"
    return ""
