export { demoText } from './demo-text.ts';
export { type DemoOptions, type DemoResult, runDemo } from './run-demo.ts';
