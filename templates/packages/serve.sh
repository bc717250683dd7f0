# Starts tidelog for the plugin. uv asks the package index at every start, and fails without a network although
# everything is there; this version never changes, so what is there is taken first.
set -eu

command -v uvx >/dev/null || {
  echo 'tidelog: this plugin needs uv, which fetches and starts it: https://docs.astral.sh/uv/' >&2
  exit 127
}
if uvx --offline @REQUIREMENT@ --version >/dev/null 2>&1; then
  exec uvx --offline @REQUIREMENT@ serve
fi
exec uvx @REQUIREMENT@ serve
