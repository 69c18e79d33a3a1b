import { archives } from './archives.ts'
import type { Case } from './case.ts'
import { catboost } from './catboost.ts'
import { documents } from './documents.ts'
import { hdf5Files } from './hdf5.ts'
import { packed } from './packed.ts'
import { pickles } from './pickles.ts'

/** Every case: hostile files of each kind that the scanner has to find, and harmless ones that it must not blame. */
export const corpus = (): Case[] => [...pickles(), ...archives(), ...documents(), ...hdf5Files(), ...packed(), ...catboost()]
