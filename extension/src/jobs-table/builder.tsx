import { useId, useState } from 'react';
import { stateLooks } from '../ui/states';
import type { FacetCounts } from './facets';
import { fieldName, filterFields, isTime, operatorsOf, operatorWords, type Field, type Operator } from './filter';

interface BuilderProps {
  facets: FacetCounts;
  onAdd: (field: Field, operator: Operator, value: string) => void;
  onClose: () => void;
}

/** Field, operator, value; the values that occur are offered. */
export function Builder({ facets, onAdd, onClose }: BuilderProps): JSX.Element {
  const [field, setField] = useState<Field>('status');
  const [operator, setOperator] = useState<Operator>('in');
  const [value, setValue] = useState('');
  const listId = useId();
  const known =
    field === 'status' ? Object.keys(stateLooks) : field === 'site' || field === 'jobGroup' ? facets[field].map((one) => one.value) : [];
  const many = operator === 'in' || operator === 'notIn';
  return (
    <form
      className="dirac-Builder"
      onSubmit={(event) => {
        event.preventDefault();
        onAdd(field, operator, value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        event.stopPropagation();
      }}
    >
      <select
        autoFocus
        aria-label="Field"
        value={field}
        onChange={(event) => {
          const next = event.target.value as Field;
          setField(next);
          setOperator(operatorsOf(next)[0] ?? 'eq');
          setValue('');
        }}
      >
        {filterFields.map((name) => (
          <option key={name} value={name}>
            {fieldName(name)}
          </option>
        ))}
      </select>
      <select aria-label="Operator" value={operator} onChange={(event) => setOperator(event.target.value as Operator)}>
        {operatorsOf(field).map((name) => (
          <option key={name} value={name}>
            {operatorWords[name]}
          </option>
        ))}
      </select>
      <input
        aria-label="Value"
        type={isTime(field) ? 'datetime-local' : 'text'}
        list={known.length > 0 ? listId : undefined}
        placeholder={operator === 'like' ? 'fit*' : many ? 'one, or several with commas' : ''}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <datalist id={listId}>
        {known.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit" className="dirac-SmallButton">
        Add
      </button>
    </form>
  );
}
