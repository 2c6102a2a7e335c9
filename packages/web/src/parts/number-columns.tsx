/** The head of a table that has a name in each row, and numbers behind it. */
export function NumberColumns(props: { first: string; numbers: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{props.first}</th>
        {props.numbers.map((name) => (
          <th key={name} scope="col" class="number">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
