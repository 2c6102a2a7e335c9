// `systemctl` as the commands of docs/operating.md find it on the path during `npm run lifecycle`: hands its words to
// whoever runs the machines.
const response = await fetch(process.env["LIFECYCLE_SYSTEMCTL"] ?? "", {
  method: "POST",
  body: JSON.stringify(process.argv.slice(2)),
});
if (!response.ok) {
  process.stderr.write(`systemctl: ${await response.text()}\n`);
  process.exitCode = 1;
}
