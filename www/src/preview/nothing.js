// Stands in for node's modules, which the kernel's glue names but never uses in a browser.
export default {};
