export default {};
export const initialize = () => {};
export const connectToDevTools = () => {};
