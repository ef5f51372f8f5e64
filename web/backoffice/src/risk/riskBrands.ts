/** The brands whose figures one may see, and the one that was chosen last. */
import { useStore } from 'react-admin';

import { useGraph } from '../graph/useGraph.ts';

const BRANDS = `query RiskBrands { riskBrands(first: 100) { nodes { id name } } }`;

export interface RiskBrand {
  readonly id: string;
  readonly name: string;
}

interface Read {
  /** Null until they are read. */
  readonly brands: readonly RiskBrand[] | null;
  /** The one that was chosen last, or the first one; undefined without any. */
  readonly brand: RiskBrand | undefined;
  readonly problem: string;
  readonly choose: (id: string) => void;
}

export const NO_BRAND = 'There is no brand whose figures you may see.';

export function useRiskBrands(): Read {
  const { data, problem } = useGraph<{ riskBrands: { nodes: readonly RiskBrand[] } }>(BRANDS);
  const [wanted, choose] = useStore('risk.brand', '');
  const brands = data?.riskBrands.nodes ?? null;
  return { brands, brand: brands?.find((each) => each.id === wanted) ?? brands?.[0], problem, choose };
}
