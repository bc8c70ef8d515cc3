local k = import 'k.libsonnet';
k.deployment(importstr "motd.txt")
