#!/bin/sh
# As a process of its own, like the one of Java: it must end with the benchmark as well.
"$NODE" "$(dirname "$0")/topics.mjs"
