import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const noProcessEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "app/env.server.ts alone reads process.env; import { env } from it.",
};

// Where one of them reads "1 rows".
const COUNTED =
  "rows|votes|pairs|files|comparisons|prompts|words|characters|steps|jobs|models|tokens|turns|responses|revisions|columns|cells|bytes|people|problems|times|days|hours|minutes|seconds";
const message = "Use plural() of app/ui/number.ts: one of them is no plural.";
const countedNouns = [
  { selector: `TemplateElement[value.raw=/^ (${COUNTED})\\b/]`, message },
  { selector: `JSXExpressionContainer + JSXText[value=/^ (${COUNTED})\\b/]`, message },
];

export default tseslint.config(
  { ignores: ["node_modules", "build", "public/build", "app/generated", ".cache", ".data", "worker", "test-results", "playwright-report"] },
  ...tseslint.configs.recommended,
  jsxA11y.flatConfigs.recommended,
  {
    plugins: { "react-hooks": reactHooks },
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      eqeqeq: "error",
      // A region that scrolls must take focus, or keyboard users cannot scroll it (WCAG 2.1.1).
      "jsx-a11y/no-noninteractive-tabindex": ["error", { tags: [], roles: ["tabpanel", "region"] }],
      "max-lines": ["error", { max: 300, skipBlankLines: false }],
      "max-lines-per-function": ["error", { max: 50, skipComments: true, skipBlankLines: true }],
      complexity: ["error", 16],
      "no-console": "error",
      "no-restricted-syntax": ["error", noProcessEnv, ...countedNouns],
    },
  },
  { files: ["app/routes/**"], rules: { "max-lines": ["error", { max: 200 }] } },
  { files: ["app/env.server.ts", "tests/**", "bin/**"], rules: { "no-restricted-syntax": "off" } },
  { files: ["bin/**", "seed/**", "tests/**"], rules: { "no-console": "off" } },
  { files: ["app/**/*.test.{ts,tsx}"], rules: { "no-restricted-syntax": ["error", noProcessEnv] } },
  { files: ["**/*.test.{ts,tsx}", "tests/**"], rules: { "max-lines": ["error", { max: 400 }], "max-lines-per-function": "off" } },
);
