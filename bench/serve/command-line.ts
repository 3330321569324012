/** The command as somebody else would give it, to be shown beside its figures. */
export const commandLine = (name: string): string => [`npm run ${name}`, ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
