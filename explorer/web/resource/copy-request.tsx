import { useState } from 'preact/hooks';
import { Icon } from '#platform/browser';
import type { PageRequest } from '../../contract.ts';
import { bootstrap } from '../bootstrap.ts';
import { t } from '../text/messages.ts';
import { type Tool, tools, written } from './copy.ts';

/** A request as a command to be copied; credentials stand in it as variables only. */
export function CopyRequest({ request }: { request: PageRequest }) {
  const [tool, setTool] = useState<Tool>('curl');
  const [isCopied, setCopied] = useState(false);
  const text = written(tool, request, bootstrap().cse);
  return (
    <div class="copy">
      <div class="pager">
        <fieldset class="chips">
          <legend class="visually-hidden">{t('copy.tool')}</legend>
          {tools.map((one) => (
            <button
              key={one}
              type="button"
              class="chip"
              aria-pressed={one === tool}
              onClick={() => {
                setTool(one);
                setCopied(false);
              }}
            >
              {one === 'client' ? t('copy.client') : one}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          class="button"
          onClick={() =>
            void navigator.clipboard.writeText(text).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
        >
          <Icon name="copy" size={18} /> {t(isCopied ? 'copy.done' : 'copy.button')}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre class="json" tabIndex={0}>
        {text}
      </pre>
      <p class="quiet">{t('copy.hint')}</p>
    </div>
  );
}
