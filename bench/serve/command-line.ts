/**
 * The command as somebody else would give it, to be shown beside its figures. What follows an option of `folders` is shown as DIR: it lies
 * elsewhere on each machine.
 */
export function commandLine(name: string, folders: readonly string[] = [], args: readonly string[] = process.argv.slice(2)): string {
  const shown = args.map((arg, at) => {
    if (folders.includes(args[at - 1] ?? '')) return 'DIR';
    const folder = folders.find((option) => arg.startsWith(`${option}=`));
    return folder === undefined ? arg : `${folder}=DIR`;
  });
  return [`npm run ${name}`, ...(shown.length > 0 ? ['--', ...shown] : [])].join(' ');
}
