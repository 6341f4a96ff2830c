#!/usr/bin/env bash
# What a CI job runs: the suite with every report that CI can show, and a badge.
# SUBJECT is what to test; SUITE, BASELINE and FOLDER are optional.
set -euo pipefail

folder=${FOLDER:-threadstore-report}
mkdir -p "$folder"
arguments=(
  "${SUBJECT:?the store to test}" --set "${SUITE:-core}"
  --reporter json --output "$folder/report.json"
  --reporter junit --output "$folder/junit.xml"
  --reporter html --output "$folder/report.html"
)
if [[ -n ${BASELINE:-} ]]; then arguments+=(--baseline "$BASELINE"); fi
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
  arguments+=(--reporter github --output "$GITHUB_STEP_SUMMARY")
fi

status=0
npx threadstore conformance "${arguments[@]}" || status=$?
if [[ -f $folder/report.json ]]; then
  node --input-type=module --eval '
    import { readFileSync, writeFileSync } from "node:fs"
    const [from, to] = process.argv.slice(1)
    const { counts, verdict } = JSON.parse(readFileSync(from, "utf8"))
    const color = verdict === "conformant" ? "brightgreen" : "red"
    const message = verdict === "conformant" ? `${counts.passed} passed` : `${counts.failed} failed`
    writeFileSync(to, JSON.stringify({ schemaVersion: 1, label: "ThreadStore", message, color }))
  ' "$folder/report.json" "$folder/badge.json"
fi
exit "$status"
