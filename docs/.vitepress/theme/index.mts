// The theme of the site: VitePress's own with the fonts of the reader's system, so that nothing is loaded from elsewhere.
/// <reference types="vitepress/client" />
import theme from "vitepress/theme-without-fonts";
import "./style.css";

export default theme;
