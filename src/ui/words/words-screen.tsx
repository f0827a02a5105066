import { Table } from '@mantine/core';
import { Screen } from '../shell/screen.js';
import { WORDS } from './words.js';

/** Ingram's words and Halo's, side by side. */
export default function WordsScreen() {
  return (
    <Screen title="Words" about="What the marketplace calls a thing, what HaloPSA calls it, and what it is called here.">
      <Table.ScrollContainer minWidth={640}>
        <Table className="boxed" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Here</Table.Th>
              <Table.Th scope="col">Ingram Micro Cloud Marketplace</Table.Th>
              <Table.Th scope="col">HaloPSA</Table.Th>
              <Table.Th scope="col">Meaning</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {WORDS.map(({ here, ingram, halo, meaning }) => (
              <Table.Tr key={here}>
                <Table.Th scope="row">{here}</Table.Th>
                <Table.Td>{ingram}</Table.Td>
                <Table.Td>{halo}</Table.Td>
                <Table.Td>{meaning}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Screen>
  );
}
