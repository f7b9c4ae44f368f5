declare module 'occt-import-js' {
	const open: (options: { locateFile: () => string }) => Promise<any>;
	export default open;
}
