"""How style sheets and scripts are served: hashed names, compressed ahead, and the portal's style in one request."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/portal.css"
IMPORT = re.compile(r'@import url\("(?P<name>[\w-]+\.css)"\);\n')


class PortalStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if BUNDLE in paths and not dry_run:
            self.write_bundle(paths)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def write_bundle(self, paths: dict[str, Any]) -> None:
        """Replaces each import by its file. Relative addresses hold, because all of them lie in one folder."""

        def text_of(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                return str(file.read().decode())

        bundle = IMPORT.sub(lambda found: text_of(f"css/{found['name']}"), text_of(BUNDLE))
        self.delete(BUNDLE)
        self._save(BUNDLE, ContentFile(bundle.encode()))
        paths[BUNDLE] = (self, BUNDLE)
