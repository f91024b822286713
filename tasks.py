"""The tasks of this repository; `./inv --list` shows them. What they do is in kit/."""

from invoke import Collection

from kit.bench.task import bench
from kit.build import build_task
from kit.contract import contract_task
from kit.demo import demo
from kit.lint import lint_task
from kit.manifest import manifests
from kit.overview import targets
from kit.package import package_task
from kit.repository.publish import publish
from kit.repository.task import repo
from kit.test import run_all

ns = Collection(
    bench,
    build_task,
    contract_task,
    demo,
    lint_task,
    manifests,
    package_task,
    publish,
    repo,
    targets,
    run_all,
)
