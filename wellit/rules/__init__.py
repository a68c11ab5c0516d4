"""The rules: meaning, across settings and releases, without any tool.

    run(subject)      findings and checks of every rule; one that fails is said not to have been asked
    rules()           the rules themselves, in order
    find("WL104")     one rule, by id or slug

To add one: a module here, its line in MODULES, a good and a bad fixture in tests/rules/ID-slug.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from wellit.errors import unknown
from wellit.findings import Check, Edit, Finding, Location
from wellit.node import spoken
from wellit.source import dotted

if TYPE_CHECKING:
    from wellit.rules.rule import Fix, Hit, Loaded, NotChecked, Rule
    from wellit.subject import Subject

MODULES = (
    "wl004_release_name_twice",
    "wl005_engine_promise",
    "wl006_engine_accelerator",
    "wl041_moved_key",
    "wl042_workload_key",
    "wl044_setting_in_comment",
    "wl101_model_command",
    "wl102_command_required",
    "wl103_connector_engine",
    "wl104_engine_metric_mismatch",
    "wl105_engine_host",
    "wl106_engine_metrics_off",
    "wl107_engine_command",
    "wl108_setting_without_flag",
    "wl110_flag_unknown",
    "wl111_flag_of_other_engine",
    "wl112_flag_not_in_version",
    "wl113_flag_deprecated",
    "wl114_flag_value",
    "wl115_word_left_over",
    "wl116_words_in_one",
    "wl117_flag_twice",
    "wl118_flag_of_chart",
    "wl119_model_missing",
    "wl120_model_differs",
    "wl121_served_name_refused",
    "wl122_served_name_of_roles",
    "wl123_served_name_differs",
    "wl124_devices_missing",
    "wl125_devices_idle",
    "wl126_shell_variable",
    "wl127_variable_unknown",
    "wl128_words_after_script",
    "wl130_prefill_without_decode",
    "wl131_prefill_replicas",
    "wl132_decode_without_prefill",
    "wl133_other_role",
    "wl134_role_not_told",
    "wl135_transfer_differs",
    "wl136_bootstrap_port",
    "wl137_pair_differs",
    "wl138_pair_unlike",
    "wl139_proxy_off",
    "wl140_picker_does_not_split",
    "wl141_decider_unsuitable",
    "wl142_transfer_role",
    "wl143_transfer_address",
    "wl144_events_off",
    "wl145_nobody_publishes",
    "wl146_events_unheard",
    "wl147_events_topic",
    "wl148_events_sockets",
    "wl149_events_page",
    "wl150_parallelism_number",
    "wl151_parallelism_product",
    "wl152_workers_without_multinode",
    "wl153_parallelism_without_effect",
    "wl154_chart_defect",
    "wl155_tensor_not_passed",
    "wl156_multinode_of_one",
    "wl157_gpu_limit_overwritten",
    "wl158_gpu_limit_without_request",
    "wl159_gpu_of_another_vendor",
    "wl160_gpu_without_accelerator",
    "wl161_dra_with_resources",
    "wl162_dra_without_template",
    "wl163_role_accelerator",
    "wl164_image_of_another_vendor",
    "wl165_model_uri",
    "wl166_model_cache_path",
    "wl167_model_volume_not_mounted",
    "wl168_model_path",
    "wl170_gated_model",
    "wl171_token_without_download",
    "wl172_mount_without_volume",
    "wl173_volume_not_mounted",
    "wl176_model_volume_size",
    "wl178_no_probes",
    "wl179_probe_path",
    "wl180_probe_answered_by_proxy",
    "wl181_probe_scheme",
    "wl182_probe_too_short",
    "wl183_probe_budget",
    "wl184_podmonitor_target",
    "wl185_proxy_secure",
    "wl186_role_label",
    "wl187_default_label",
    "wl188_multinode_engine",
    "wl189_helper_gets_devices",
    "wl190_no_accelerator",
    "wl191_extra_config_overwritten",
    "wl192_accelerator_types",
    "wl201_connector_proxy_release",
    "wl202_proxy_flags",
    "wl203_engine_port",
    "wl204_pool_port",
    "wl205_picker_flags_refused",
    "wl206_proxy_denies_prefill",
    "wl207_connector_twice",
    "wl208_pool_port_unserved",
    "wl209_proxy_ends_by_streams",
    "wl220_picker_flag_unknown",
    "wl221_picker_flag_value",
    "wl222_picker_switch",
    "wl223_picker_port",
    "wl224_plugins_config_file",
    "wl225_plugins_config_unused",
    "wl226_picker_config_form",
    "wl227_picker_plugin_type",
    "wl228_picker_plugin_deprecated",
    "wl229_picker_parameter_unknown",
    "wl230_picker_parameter_type",
    "wl231_picker_plugin_reference",
    "wl232_picker_profiles",
    "wl233_split_profiles",
    "wl234_never_splits",
    "wl235_picker_feature_gate",
    "wl236_picker_parameter_missing",
    "wl239_gke_health_port",
    "wl241_target_ports",
    "wl242_model_server_type",
    "wl243_pool_provider",
    "wl244_pool_provider_unknown",
    "wl245_provider_gateway",
    "wl246_gke_policies",
    "wl247_destination_rule_host",
    "wl249_objectives_crash",
    "wl250_gateway_class_misspelt",
    "wl251_gateway_class_unknown",
    "wl252_gateway_provider_class",
    "wl253_gateway_provider_missing",
    "wl254_gateway_rule_host",
    "wl255_ext_proc_label",
    "wl256_istio_pool_kind",
    "wl257_istio_switch",
    "wl258_istio_text",
    "wl259_istio_ports",
    "wl260_train_fits",
    "wl301_pool_selector",
    "wl302_model_too_large",
    "wl303_model_fits_tightly",
    "wl311_pod_role",
    "wl312_equal_labels",
    "wl313_pools_overlap",
    "wl320_route_gateway",
    "wl321_route_pool",
    "wl322_route_backend",
    "wl323_route_port",
    "wl324_no_route",
    "wl337_events_block",
    "wl338_fabric_on_one_side",
    "wl339_prefill_never_chosen",
    "wl401_trust_remote_code",
    "wl410_name_refused",
    "wl411_name_twice",
    "wl412_variable_twice",
    "wl413_label_refused",
    "wl414_odd_amount",
    "wl415_amount_refused",
    "wl416_request_over_limit",
    "wl417_device_request",
    "wl418_image_reference",
    "wl419_mutable_image",
    "wl422_one_of_several",
    "wl425_must_not_be_empty",
    "wl501_template_leak",
    "wl510_selects_nothing",
    "wl511_service_port",
    "wl512_picker_service",
    "wl513_selector_own_labels",
    "wl514_volume_missing",
    "wl515_object_twice",
    "wl516_port_name",
    "wl517_pool_namespace",
    "wl518_rule_host",
    "wl519_pool_form",
    "wl520_extended_resource",
    "wl901_no_such_service",
)
# Ids of rules that are gone; an id is never used again.
RETIRED: tuple[str, ...] = ()


def rules() -> tuple[Loaded, ...]:
    """Every rule, in the order of MODULES; imported when first asked for."""
    from wellit.rules.rule import Loaded

    return tuple(Loaded.of(import_module(f"{__name__}.{name}")) for name in MODULES)


def find(name: str) -> Loaded:
    """The rule of an id (WL104) or slug. Raises CannotAnswer for one that does not exist."""
    for loaded in rules():
        if name.upper() == loaded.rule.id or name.lower() == loaded.rule.slug:
            return loaded
    known = [word for loaded in rules() for word in (loaded.rule.id, loaded.rule.slug)]
    retired = "it was retired, and its id is not used again" if name.upper() in RETIRED else ""
    raise unknown("rule", name, known, why=retired)


def of_objects(key: str) -> bool:
    """Whether a finding is of a rule over rendered objects themselves."""
    return any(name.startswith(key.lower()) for name in MODULES if name[:4] in ("wl51", "wl52"))


def run(subject: Subject) -> Iterator[Finding | Check]:
    """What every rule says about `subject`. A question that a rule could not answer is a check with status skip.

    A rule that fails is a mistake of ours: an unknown check, and the others go on. With $WELLIT_RAISE, as in our tests,
    it is raised.
    """
    for loaded in rules():
        if _reads(loaded.rule, subject):
            try:
                yield from judge(loaded, subject)
            except Exception as problem:
                if os.environ.get("WELLIT_RAISE"):
                    raise
                yield _failed(loaded.rule, problem)


def _failed(rule: Rule, problem: Exception) -> Check:
    import traceback

    where = traceback.extract_tb(problem.__traceback__)[-1]
    at = f"{PurePath(where.filename).name}:{where.lineno}"
    detail = f"the rule failed, which is a mistake of wellit: {type(problem).__name__} in {at}: {str(problem)[:200]}"
    return Check(rule.id, rule.slug, "unknown", detail, "report it, with the values if they may be seen")


def _reads(rule: Rule, subject: Subject) -> bool:
    """Whether a rule is one for what `subject` is: settings, chart values, or rendered objects."""
    from wellit.subject import OBJECTS, SETTINGS

    if rule.charts == (OBJECTS,):
        return subject.manifests is not None
    return SETTINGS in rule.charts if subject.settings else rule.charts != (SETTINGS,)


def judge(loaded: Loaded, subject: Subject) -> Iterator[Finding | Check]:
    """What one rule says, each thing once."""
    said: set[Finding | Check] = set()
    for item in loaded.check(subject):
        told = _told(loaded, item)
        if told not in said:
            said.add(told)
            yield told


def _told(loaded: Loaded, item: Hit | NotChecked) -> Finding | Check:
    from wellit.rules.rule import NotChecked

    rule = loaded.rule
    if isinstance(item, NotChecked):
        return Check(rule.id, rule.slug, "skip", item.reason)
    owner = item.at.owner
    also = (*owner.also(item.at.keys), *((note, node.owner.locate(node.keys)) for note, node in item.also))
    at = owner.locate(item.at.keys)
    return Finding(
        rule.id, rule.slug, rule.severity, item.message, at,
        path=dotted(owner.path(item.at.keys)), write=_as_typed(at, item.write), why=item.why, also=also,
        **_edit(item.fix),
    )  # fmt: skip


def _edit(fix: Fix | None) -> dict[str, Any]:
    """Where a fix is written, or why it cannot be: other words stand there than it is for."""
    if not fix or not fix.node.written:
        return {}
    at = fix.node.owner.locate(fix.node.keys)
    if fix.key:
        at = at.of_key(str(fix.node.keys[-1]))
    if not at.in_file:
        return {"by_hand": "it stands on the command line" if at.typed else "it stands in no file"}
    meant = fix.node.keys[-1] if fix.key else fix.node.value
    if at.words.strip("\"'") == spoken(meant):
        return {"fix": Edit(at, fix.text)}
    return {"by_hand": "a template, an alias or several lines make this value"}


def _as_typed(at: Location, write: str) -> str:
    """What to write on the command line, where that is what said it: ``--set proxy.connector=sglang``."""
    setting = at.text.partition("=")[0]
    given = re.fullmatch(r"(\w+): (\S+)", write)
    return f"{setting}={given[2]}" if at.typed and given and setting.endswith(f".{given[1]}") else write
