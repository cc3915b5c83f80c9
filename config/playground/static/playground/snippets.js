// One call in the languages of those who are about to make it; each runs as it stands.

const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

// An object of texts as Python and JavaScript write it alike, its closing bracket indented by so much.
const object = (fields, indent) => {
  const inner = " ".repeat(indent + 4);
  const lines = Object.entries(fields).map(
    ([name, value]) => `${inner}${JSON.stringify(name)}: ${JSON.stringify(value)},\n`,
  );
  return `{\n${lines.join("")}${" ".repeat(indent)}}`;
};

const curl = ({ method, url, headers, body }) =>
  [
    `curl --request ${method}`,
    shell(url),
    ...Object.entries(headers).map(([name, value]) => `--header ${shell(`${name}: ${value}`)}`),
    ...(body ? [`--data ${shell(JSON.stringify(body))}`] : []),
  ].join(" \\\n  ");

const python = ({ method, url, headers, body }) =>
  [
    "import requests\n",
    `answer = requests.${method.toLowerCase()}(`,
    `    ${JSON.stringify(url)},`,
    `    headers=${object(headers, 4)},`,
    ...(body ? [`    json=${object(body, 4)},`] : []),
    "    timeout=30,",
    ")",
    "print(answer.status_code, answer.text)",
  ].join("\n");

const javascript = ({ method, url, headers, body }) =>
  [
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    `    method: ${JSON.stringify(method)},`,
    `    headers: ${object(headers, 4)},`,
    ...(body ? [`    body: JSON.stringify(${object(body, 4)}),`] : []),
    "});",
    "console.log(answer.status, await answer.text());",
  ].join("\n");

export const snippets = { curl, python, javascript };
