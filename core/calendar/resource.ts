/** Who or what holds windows: one mechanism serves both. */
export interface Resource {
  readonly kind: 'user' | 'asset';
  readonly id: string;
}

export const userResource = (id: string): Resource => ({ kind: 'user', id });
export const assetResource = (id: string): Resource => ({ kind: 'asset', id });

export const resourceNamed = (name: string): Resource => {
  const id = name.slice(name.indexOf('/') + 1);
  return name.startsWith('asset/') ? assetResource(id) : userResource(id);
};

/** `user/<id>` or `asset/<id>`: tells resources apart, whatever their kinds. */
export const resourceName = ({ kind, id }: Resource): string => `${kind}/${id}`;
