"""A chunk of a products file: new versions of articles whose name or category changed."""

from collections.abc import Sequence

from programs.imports.cells import reader
from programs.imports.errors import RowError
from programs.imports.reading import Row
from programs.imports.run import Run
from programs.models import Article
from programs.selectors.articles import articles_by_sku
from smartbis.kernel.clock import now


class Articles:
    """Settles chunks of one products file."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.get = {field: reader(run.mapping, field) for field in ("sku", "name", "category")}

    def settle(self, rows: Sequence[Row]) -> None:
        """Record what changed; of an article named twice in the file, the first row holds. Runs in the scope."""
        wanted: dict[str, tuple[str, str]] = {}
        for row in rows:
            try:
                sku, name, category = self._read(row)
            except RowError as error:
                self.run.refuse(row.line, row.cells, error.code, error.detail)
                continue
            self.run.tally.done += 1
            if sku in wanted:
                self.run.tally.repeated += 1
            else:
                wanted[sku] = (name, category)
        self._write(wanted)

    def _write(self, wanted: dict[str, tuple[str, str]]) -> None:
        present = articles_by_sku(tenant=self.run.tenant, skus=wanted)
        changed = {sku: words for sku, words in wanted.items() if present.get(sku) != words}
        loaded = set(
            Article.objects.filter(import_batch=self.run.batch, sku__in=list(changed), undone_at__isnull=True)
            .values_list("sku", flat=True)
        )  # fmt: skip
        fresh = {sku: words for sku, words in changed.items() if sku not in loaded}
        self.run.tally.repeated += len(wanted) - len(fresh)
        self.run.tally.made += len(fresh)
        instant = now()
        Article.objects.bulk_create(
            Article(
                tenant_id=self.run.tenant,
                sku=sku,
                name=name,
                category=category,
                import_batch=self.run.batch,
                recorded_at=instant,
            )
            for sku, (name, category) in fresh.items()
        )

    def _read(self, row: Row) -> tuple[str, str, str]:
        if row.problem:
            raise RowError(row.problem)
        sku = self.get["sku"](row.cells)
        if not sku:
            raise RowError("sku_missing")
        return sku, self.get["name"](row.cells), self.get["category"](row.cells)
