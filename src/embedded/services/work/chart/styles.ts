import type { Config } from 'vega-lite';

export type Style = 'express' | 'studio';

/** Okabe and Ito's colours, which people who see fewer colours can tell apart, and four more. */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#7F3C8D', '#666666'];

export const SIZES: Readonly<Record<Style, { width: number; height: number }>> = {
  express: { width: 480, height: 260 },
  studio: { width: 760, height: 400 },
};

const studio: Config = {
  font: 'Helvetica, Arial, sans-serif',
  background: '#ffffff',
  padding: 16,
  title: { fontSize: 18, anchor: 'start', offset: 14, subtitleFontSize: 12, subtitleColor: '#5b6470' },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    gridColor: '#e6e9ee',
    domainColor: '#8a93a0',
    titlePadding: 10,
  },
  legend: { labelFontSize: 12, titleFontSize: 12, orient: 'right' },
  view: { stroke: null },
  range: { category: COLOURS },
};

const express: Config = { background: '#ffffff', padding: 8, range: { category: COLOURS } };

export const STYLES: Readonly<Record<Style, Config>> = { express, studio };
