// French is the first language of the platform; whoever chose another one in the editor's settings keeps it.
if (localStorage.getItem('editor-language') === null) localStorage.setItem('editor-language', 'fr');
