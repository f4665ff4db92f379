import type { ServiceOffer } from '../../../ports/catalogue.js';
import type { BreakerView } from '../../operator/breaker-view.js';
import { money } from '../answer.js';

export const serviceView = ({ price, ...offer }: ServiceOffer, breaker: BreakerView | null) => ({
  ...offer,
  ...money('price', price),
  breaker,
});
