/** What the person at the screen may do; the server decides, and screens only hide the rest. */
import { usePermissions } from 'react-admin';

export function useMay(permission: string): boolean {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  return permissions?.has(permission) ?? false;
}
