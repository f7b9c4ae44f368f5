// The kernel's glue makes its functions from text (new Function), which the page's policy forbids
// and shall go on forbidding. Here the two places are put into plain closures that do the same, as
// emscripten itself writes them with DYNAMIC_EXECUTION=0. A glue that has changed stops the build.
import { readFile } from 'node:fs/promises';

const invoker = `
	var expected = argCount - 2;
	var wired = new Array(expected);
	var invokerArgs = [];
	var destructors = [];
	var invokerFn = function (...args) {
		var wiredThis;
		destructors.length = 0;
		invokerArgs.length = 1;
		invokerArgs[0] = cppTargetFunc;
		if (isClassMethodFunc) {
			wiredThis = argTypes[1].toWireType(destructors, this);
			invokerArgs.push(wiredThis);
		}
		for (var i = 0; i < expected; ++i) {
			wired[i] = argTypes[i + 2].toWireType(destructors, args[i]);
			invokerArgs.push(wired[i]);
		}
		var rv = cppInvokerFunc(...invokerArgs);
		if (needsDestructorStack)
			runDestructors(destructors);
		else
			for (var i = isClassMethodFunc ? 1 : 2; i < argTypes.length; i++)
				if (argTypes[i].destructorFunction !== null)
					argTypes[i].destructorFunction(i === 1 ? wiredThis : wired[i - 2]);
		return returns ? argTypes[0].fromWireType(rv) : undefined;
	};`;

const methodCaller = `
	var invokerFunction = (obj, func, destructorsRef, args) => {
		var values = new Array(argCount);
		for (var i = 0, offset = 0; i < argCount; ++i) {
			values[i] = types[i].readValueFromPointer(args + offset);
			offset += types[i].argPackAdvance;
		}
		var rv = kind === 1 ? Reflect.construct(func, values) : func.apply(obj, values);
		return retType.isVoid ? undefined : emval_returnValue(retType, destructorsRef, rv);
	};`;

/** From the text that begins a place to the text that ends it. */
const places = [
	[
		'let[args,invokerFnBody]=createJsInvoker(',
		'var invokerFn=newFunc(Function,args)(...closureArgs);',
		invoker,
	],
	[
		'var functionBody=`return function (obj, func, destructorsRef, args) {',
		'var invokerFunction=newFunc(Function,params)(...args);',
		methodCaller,
	],
];

/** @param {string} glue */
export function withoutEval(glue) {
	for (const [start, end, closure] of places) {
		const from = glue.indexOf(start);
		const to = glue.indexOf(end, from);
		if (from < 0 || to < 0 || glue.indexOf(start, from + 1) >= 0)
			throw new Error(`The kernel's glue has changed: ${start} is not there once.`);
		glue = glue.slice(0, from) + closure + glue.slice(to + end.length);
	}
	return glue;
}

/** For esbuild. */
export const kernelGlue = {
	name: 'kernel-glue',
	setup(build) {
		build.onLoad({ filter: /occt-import-js\.js$/ }, async ({ path }) => ({
			contents: withoutEval(await readFile(path, 'utf8')),
			loader: 'js',
		}));
	},
};
