from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class OutboxConfig(AppConfig):
    name = "smartbis.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Load every room's events, subscribers and workers, so that each process knows them all."""
        import_module("smartbis.outbox.relay")
        for config in apps.get_app_configs():
            for part in ("events", "subscribers", "workers"):
                if config.module and module_has_submodule(config.module, part):
                    import_module(f"{config.name}.{part}")
