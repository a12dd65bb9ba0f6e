"""A chunk of a products file: new versions of articles whose name, category or tags changed."""

from collections.abc import Collection, Sequence

from programs.imports.cells import reader
from programs.imports.errors import RowError
from programs.imports.reading import Row
from programs.imports.run import Run
from programs.models import Article
from programs.selectors.articles import article_kinds, articles_by_sku
from smartbis.kernel.clock import now

# Name, category and tags of an article.
Words = tuple[str, str, tuple[str, ...]]
NEW: Words = ("", "", ())
MOST_TAGS = 50


class Articles:
    """Settles chunks of one products file."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.get = {field: reader(run.mapping, field) for field in ("sku", "name", "category", "tags")}
        self.has_tags = "tags" in run.mapping.places

    def settle(self, rows: Sequence[Row]) -> None:
        """Record what changed; of an article named twice in the file, the first row holds. Runs in the scope."""
        wanted: dict[str, Words] = {}
        for row in rows:
            try:
                sku, words = self._read(row)
            except RowError as error:
                self.run.refuse(row.line, row.cells, error.code, error.detail)
                continue
            self.run.tally.done += 1
            if sku in wanted:
                self.run.tally.repeated += 1
            else:
                wanted[sku] = words
        self._write(wanted)

    def _write(self, wanted: dict[str, Words]) -> None:
        present = self._present(wanted)
        if not self.has_tags:
            # A file without the column says nothing of tags: they stay.
            wanted = {sku: (*words[:2], present.get(sku, NEW)[2]) for sku, words in wanted.items()}
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
                tags=list(tags),
                import_batch=self.run.batch,
                recorded_at=instant,
            )
            for sku, (name, category, tags) in fresh.items()
        )

    def _present(self, skus: Collection[str]) -> dict[str, Words]:
        names = articles_by_sku(tenant=self.run.tenant, skus=skus)
        kinds = article_kinds(tenant=self.run.tenant, skus=skus)
        return {sku: (*words, tuple(sorted(kinds[sku][1]))) for sku, words in names.items()}

    def _read(self, row: Row) -> tuple[str, Words]:
        if row.problem:
            raise RowError(row.problem)
        sku = self.get["sku"](row.cells)
        if not sku:
            raise RowError("sku_missing")
        tags = {tag.strip()[:100] for tag in self.get["tags"](row.cells).split(";")} - {""}
        return sku, (self.get["name"](row.cells), self.get["category"](row.cells), tuple(sorted(tags)[:MOST_TAGS]))
